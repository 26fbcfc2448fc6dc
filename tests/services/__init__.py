"""Services of other people, and what the suite finds in them."""
