# shellcheck shell=bash
# Roll back a release that passed every gate and is bad all the same. Called by scripts/exercise.
label() { docker config inspect "$1" --format "{{index .Spec.Labels \"todobackend.$2\"}}"; }

running=$(docker service inspect "${PIPELINE}_app" --format '{{index .Spec.Labels "todobackend.release"}}' 2>/dev/null) ||
    fail "expected a deployed release, found none. Type: make deploy$WITH"
running="$PIPELINE-release-$running"
newest=$(docker config ls --format '{{.Name}}' --filter "name=$PIPELINE-release-" | sort | tail -n 1)
[ "$(label "$newest" before)" != "" ] ||
    fail "expected two releases in the Swarm's history, found one. Apply the patch, commit, then: make release, make tag, make publish, make deploy"
[ "$newest" != "$running" ] ||
    fail "expected the release before $(label "$newest" version) to run, found that $(label "$newest" version) still does. Type: make rollback$WITH"
[ "$PIPELINE-release-$(label "$newest" before)" = "$running" ] ||
    fail "expected the release before $(label "$newest" version) to run, found an older one. Type: make deploy$WITH, and begin again"
good "Solved: $(label "$newest" version) was deployed, and $(label "$running" version) runs again, by its digests. To end it: make undeploy$WITH; git reset --keep HEAD^ takes the commit back"
