"""The command line: `crm`."""
