"""The mechanism every noun shares: router, grammar, blocks, forms, cards, receipts."""
