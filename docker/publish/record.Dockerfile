# The record of a release as an image: nothing in it runs, but a registry keeps and protects it like the others, and
# whoever may pull the release finds out what belongs to it. `make release-from` and `make deploy VERSION=` read it.
FROM scratch
COPY release.json SHA256SUMS sbom.cdx.json /
