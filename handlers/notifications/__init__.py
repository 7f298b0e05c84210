"""What the bot sends by itself: every kind of delivery, and how it is drawn."""
