"""An article: front matter and four sections, parsed from Markdown and rendered back unchanged."""
