# Print the menu: the text stands on the targets of the Makefile, in the order of the pipeline.
BEGIN { print "todobackend: from source to an accepted release. Start with: make release" }
/^##@/ { printf "\n%s\n", substr($0, 5); next }
/^[a-z-]+:.*## / {
    target = $0; sub(/:.*/, "", target)
    text = $0; sub(/^.*## /, "", text)
    printf "  make %-14s %s\n", target, text
}
/^[A-Z_]+ \?=/ {
    value = $0; sub(/^[A-Z_]+ \?= */, "", value)
    knobs = knobs sprintf("  %-16s %s\n", $1, value == "" ? "(empty)" : value)
}
END { printf "\nKnobs, after the verb or in the environment, with their defaults\n%s", knobs }
