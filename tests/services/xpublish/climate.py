"""A small dataset, published as xpublish's own introduction does it."""

import xarray
import xpublish

temperatures = xarray.Dataset(
    {"temperature": (("month", "station"), [[m, m + 0.5] for m in range(12)])}, coords={"month": range(1, 13)}
)
app = xpublish.Rest({"temperatures": temperatures}).app
