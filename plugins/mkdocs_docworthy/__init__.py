"""The guest in MkDocs: lets approved articles out, safely rendered, with what a reader needs."""
