"""The command line: `crm`; each command imports the heavy modules that it needs."""

from bot.cli.run import main

if __name__ == "__main__":
    main()
