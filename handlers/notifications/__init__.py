"""What the bot says by itself: every kind of delivery, and how it is drawn."""
