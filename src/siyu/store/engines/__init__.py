"""One module per engine, each an implementation of `store.warehouse.Warehouse`."""
