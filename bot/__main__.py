"""The command line: `crm`. Everything heavy is imported by the command that needs it."""

from bot.cli.run import main

if __name__ == "__main__":
    main()
