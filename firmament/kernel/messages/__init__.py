"""The one way out of the house: deliveries, attempts, gateways."""
