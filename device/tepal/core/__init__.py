"""What a node is made of; knows neither the hardware nor the doors."""
