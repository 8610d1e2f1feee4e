"""The plugin's options, as they stand below `docworthy:` in mkdocs.yml."""

from mkdocs.config import config_options as c
from mkdocs.config.base import Config


class DocworthyConfig(Config):  # type: ignore[no-untyped-call]
    """Everything else is said once, in `kb.toml`."""

    workspace = c.Type(str, default="")
    """Folder that holds kb.toml, relative to mkdocs.yml; `""` is the folder of mkdocs.yml."""

    audience = c.Choice(("public", "customer", "internal"), default="public")
    """Who will read this site; an article for a narrower audience stops the build."""

    related = c.Type(int, default=3)
    """How many related pages an article offers; 0 leaves them out."""

    together = c.Type(str, default="")
    """File that `kb feedback --into` writes, relative to kb.toml: what readers read in one visit."""

    contact_action = c.Type(str, default="")
    """Where the contact form sends: `mailto:` with an address, or an https address that takes a
    POST."""

    home = c.Type(bool, default=True)
    """Whether the home page starts with the search and leads to products and topics."""

    policy = c.Type((bool, dict), default=True)
    """The content security policy: true, false for none, or more sources by directive, e.g.
    `img-src: https://pictures.example`."""

    redirects = c.Type(dict, default={})
    """Old source path to new one, e.g. `articles/old.md: articles/new.md`."""
