import { tables } from './posix.js'
import type { Place } from './tree.js'

/** The same for zsh, to be sourced or to be found as `_otp` in `fpath`. */
export function zshScript(places: readonly Place[]): string {
  return `#compdef otp
# Completion of otp for zsh: put  source <(otp completion zsh)  into ~/.zshrc, behind compinit
${tables(places)}

_otp_is_verb() {
  _otp_verbs "$way"
  local -a verbs=("\${(f)found}")
  [[ -n $found ]] && (( \${verbs[(Ie)$1]} ))
}

_otp_ask() {
  local kind="\${1#@}"
  shift
  compadd -- \${(f)"$("\${(Q)words[1]}" "\${globals[@]}" complete "$kind" -- "$@" 2>/dev/null </dev/null)"}
}

_otp() {
  local cur="\${(Q)PREFIX}" way='' at=0 flag='' takes='' found='' word i
  local -a globals before static

  for ((i = 2; i < CURRENT; i++)); do
    word="\${(Q)words[i]}"
    if [[ -n $flag ]]; then
      case $flag in (--config|--url|--key) globals+=("$flag" "$word") ;; esac
      flag=''
    elif [[ $word == --*=* ]]; then
      case \${word%%=*} in (--config|--url|--key) globals+=("$word") ;; esac
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

  if [[ -z $flag && $cur == --*=* ]]; then
    flag="\${cur%%=*}"
    _otp_takes "$way" "$flag"
    takes="$found"
    compset -P '*='
    cur="\${cur#*=}"
  fi

  if [[ -n $flag ]]; then
    found="$takes"
  elif [[ $cur == -* ]]; then
    _otp_flags "$way"
  else
    takes=''
    if [[ $at == 0 ]]; then
      _otp_verbs "$way"
      takes="$found"
    fi
    _otp_word "$way" "$at"
    found="$takes"$'\\n'"$found"
  fi

  for word in \${(f)found}; do
    case $word in
      (@anything) ;;
      (@file) _files ;;
      (@*:*) _otp_ask "\${word%:*}" "\${(@)before[\${word##*:}+1,-1]}" "$cur" ;;
      (@*) _otp_ask "$word" "$cur" ;;
      (*) static+=("$word") ;;
    esac
  done
  (( \${#static} )) && compadd -- "\${static[@]}"
  return 0
}

if [[ $funcstack[1] == _otp ]]; then
  _otp "$@"
else
  compdef _otp otp
fi
`
}
