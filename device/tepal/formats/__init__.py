"""What travels as text or bytes: pure, and shared with the host."""
