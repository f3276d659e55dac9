#!/usr/bin/env bash
# Runs a command of kepherd for a job: annotations and the log on standard output, the same as Markdown in the summary of the job, and files for
# the steps that follow. Ends as the command did, but for `plan`: that something waits for a person (1) or a guard refuses (3) stands in the
# summary, and is no fault of a job that only shows it.
#
# COMMAND, REGISTRY and ARGUMENTS (one word a line) are in the environment, so that nobody's text becomes part of this script.
set -euo pipefail

fail() {
  printf '::error title=kepherd::%s\n' "$1"
  exit 2
}

words=(--registry "$REGISTRY")
while IFS= read -r word || [ -n "$word" ]; do
  word=${word%$'\r'}
  if [ -n "$word" ]; then
    words+=("$word")
  fi
done <<< "$ARGUMENTS"

folder=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/kepherd-said.XXXXXX")
summary=$folder/summary.md
status=0

case $COMMAND in
  check)
    # Each form is a run of its own, over the same files. What goes wrong with one goes wrong with all, and the first says it.
    kepherd check "${words[@]}" --format github || status=$?
    if [ "$status" -le 1 ]; then
      kepherd check "${words[@]}" --format markdown > "$summary" 2> /dev/null || true
      kepherd check "${words[@]}" --format sarif > "$folder/kepherd.sarif" 2> /dev/null || true
      printf 'findings=%s\n' "$folder/kepherd.sarif" >> "$GITHUB_OUTPUT"
    fi
    ends=$status
    ;;
  plan)
    kepherd plan "${words[@]}" --out "$folder/plan.json" --format markdown > "$summary" || status=$?
    ends=0
    case $status in
      0 | 1 | 3) printf 'plan=%s\n' "$folder/plan.json" >> "$GITHUB_OUTPUT" ;;
      *)
        # What stops it is said as text.
        cat "$summary"
        : > "$summary"
        ends=$status
        ;;
    esac
    ;;
  *) fail "the input \`command\` is none that the action has: it is \`check\`, \`plan\`, or empty" ;;
esac

if [ ! -s "$summary" ]; then
  printf '## kepherd %s could not run\n\nThe log of its step says why.\n' "$COMMAND" > "$summary"
fi
# Of a step GitHub takes a MiB and shows nothing of more: what is too much is left out by whole lines. The file has all of it.
LC_ALL=C awk '
  { all += length($0) + 1 }
  all > 1000000 { if (!cut) print "\n\n**This is not all of it.**"; cut = 1; next }
  { print }
' "$summary" >> "$GITHUB_STEP_SUMMARY"
printf 'status=%s\nsummary=%s\n' "$status" "$summary" >> "$GITHUB_OUTPUT"
exit "$ends"
