"""The one way out of the house: deliveries, their attempts, and the gateways that carry them.

A room queues a message from one of its jobs; this room renders it, hands it to a gateway with no transaction
open, and writes the answer down. Mail that belongs to a person and to no firm goes the same way.
"""
