"""Lets `python -m kb` be the command `kb`."""

from kb.cli import main

if __name__ == "__main__":
    main()
