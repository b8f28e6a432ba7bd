"""What a node carries: its sources compiled, laid out as its flash, and packed into an image."""
