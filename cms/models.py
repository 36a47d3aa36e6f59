"""Index of the page models, so that Django finds them."""
