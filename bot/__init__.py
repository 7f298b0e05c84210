"""The running application: configuration, Bolt, scheduler, delivery, sandbox and command line."""
