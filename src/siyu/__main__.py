"""`python -m siyu` is `siyu`."""

from siyu.cli.main import main

if __name__ == "__main__":
    main()
