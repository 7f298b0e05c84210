"""What people see: blocks, forms, cards, receipts, charts."""
