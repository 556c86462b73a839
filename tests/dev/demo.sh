#!/usr/bin/env bash
# `make demo`: a whole booking on phones that can be watched, on the system that `make up` started. Elsewhere, as with
# `make dev`, SIMULATOR_URL says where the phones are, and demo data has to be loaded there already.
# Every run has a new customer, so the booking is a first one each time.
set -euo pipefail
cd "$(dirname "$0")/scenes"
for program in curl jq; do
  command -v "$program" >/dev/null || { echo "$program is missing; tests/cluster/install.sh installs it (as root)" >&2; exit 1; }
done
# Rosa's number in the demo data; the customer's is one that nobody has either.
rosa=520000000001
customer=5200001${CUSTOMER_DIGITS:-$(date +%H%M%S)}
if [ -z "${SIMULATOR_URL:-}" ]; then
  SIMULATOR_URL=http://127.0.0.1:30090
  echo "loading demo data"
  kubectl --namespace "${NAMESPACE:-ubermench}" exec service/handy -- /usr/local/bin/ubermench-bot demo-data
fi
phones="$SIMULATOR_URL/?phone=$customer,Marisol%20Vega&phone=$rosa,Rosa%20Hern%C3%A1ndez"

call() { # METHOD PATH [BODY]
  local answer
  answer=$(curl --silent --show-error --max-time 10 --request "$1" --write-out '\n%{http_code}' ${3:+--data-binary "$3"} "$SIMULATOR_URL/control/$2") || {
    echo "no simulator at $SIMULATOR_URL (make up or make dev starts one)" >&2; return 1; }
  [[ $answer == *$'\n'2?? ]] || { echo "$2: $answer" >&2; return 1; }
  printf '%s' "${answer%$'\n'*}"
}

play() { # FILE: plays it to its end and tells each step as it is done
  local scene id view state told=0 count
  scene=$(sed -e "s/\"CUSTOMER\"/\"$customer\"/" -e "s/\"ROSA\"/\"$rosa\"/" "$1")
  id=$(call POST scenes "$scene" | jq .id)
  while :; do
    view=$(call GET "scenes/$id")
    state=$(jq -r .state <<< "$view")
    count=$(jq '[.steps[] | select(.state == "done")] | length' <<< "$view")
    while [ "$told" -lt "$count" ]; do
      jq -r --argjson at "$told" --arg rosa "$rosa" --argjson scene "$scene" '
        (if .steps[$at].phone == $rosa then "  Rosa     " else "  Marisol  " end)
        + ($scene.steps[$at].send // {} | to_entries | map("→ " + (.value | if type == "object" then .name else sub("_([0-9a-f-]{36}|[*])$"; "") end)) | join(" "))
        + (.steps[$at].reply // "" | if . == "" then "" else "  ← " + (split("\n")[0] | .[:70]) end)' <<< "$view"
      told=$((told + 1))
    done
    case $state in
      running) sleep 0.3 ;;
      done) return ;;
      *) echo "the scene is $state: $(jq -r '[.steps[].trouble | values] | first // ""' <<< "$view")" >&2; return 1 ;;
    esac
  done
}

echo
echo "  watch at  $phones"
echo
play ready.json
play booking.json
echo
echo "  go on by hand  $phones"
echo "  all phones     $SIMULATOR_URL/"
echo "  control        $SIMULATOR_URL/control"
