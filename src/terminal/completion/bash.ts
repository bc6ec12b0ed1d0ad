import { tables } from './posix.js'
import type { Place } from './tree.js'

/** A script that bash reads: what can be typed next, by the verbs and options of this version. */
export function bashScript(places: readonly Place[]): string {
  return `# Completion of otp for bash: put  source <(otp completion bash)  into ~/.bashrc
${tables(places)}

# What was typed, without its quotes.
_otp_plain() {
  plain="\${1#[\\"\\']}"
  plain="\${plain//\\\\/}"
}

_otp_is_verb() {
  _otp_verbs "$way"
  [[ -n $found && $'\\n'"$found"$'\\n' == *$'\\n'"$1"$'\\n'* ]]
}

_otp() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" way='' at=0 flag='' takes='' found='' plain='' word i
  local -a globals=() before=()
  COMPREPLY=()

  for ((i = 1; i < COMP_CWORD; i++)); do
    _otp_plain "\${COMP_WORDS[i]}"
    word="$plain"
    if [[ -n $flag ]]; then
      [[ $word == '=' ]] && continue
      case $flag in --config | --url | --key) globals+=("$flag" "$word") ;; esac
      flag=''
    elif [[ $word == -* ]]; then
      _otp_takes "$way" "$word"
      takes="$found"
      [[ -n $takes ]] && flag="$word"
    elif [[ $at == 0 ]] && _otp_is_verb "$word"; then
      way="\${way:+$way }$word"
    else
      ((at += 1))
      before+=("$word")
    fi
  done

  if [[ -n $flag ]]; then
    [[ $cur == '=' ]] && cur=''
    found="$takes"
  elif [[ $cur == -* ]]; then
    _otp_flags "$way"
  else
    _otp_verbs "$way"
    [[ $at == 0 ]] && takes="$found" || takes=''
    _otp_word "$way" "$at"
    found="$takes"$'\\n'"$found"
  fi

  _otp_plain "$cur"
  while IFS= read -r word; do
    case $word in
      '' | @anything) ;;
      @file) _otp_files "$plain" ;;
      @*:*) _otp_ask "\${word%:*}" "\${before[@]:\${word##*:}}" "$plain" ;;
      @*) _otp_ask "$word" "$plain" ;;
      "$plain"*) COMPREPLY+=("$word") ;;
    esac
  done <<<"$found"
}

_otp_files() {
  local name
  compopt -o filenames 2>/dev/null
  while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen -f -- "$1")
}

# Asks the running service, by the address and key that were typed; says nothing where it does not answer.
_otp_ask() {
  local kind="\${1#@}" name plain
  shift
  _otp_plain "\${COMP_WORDS[0]}"
  while IFS= read -r name; do
    [[ $cur == [\\"\\']* ]] || printf -v name '%q' "$name"
    COMPREPLY+=("$name")
  done < <("$plain" "\${globals[@]}" complete "$kind" -- "$@" 2>/dev/null </dev/null)
}

complete -F _otp otp
`
}
