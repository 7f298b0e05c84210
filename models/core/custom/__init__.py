"""What admins make of the CRM: fields of their own."""
