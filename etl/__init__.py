"""From deliveries to one published snapshot per municipality."""
