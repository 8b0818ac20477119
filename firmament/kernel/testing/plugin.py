"""Loaded by pytest before any setting is read: the cluster must be there first."""

from firmament.kernel.testing import cluster

cluster.ensure()
