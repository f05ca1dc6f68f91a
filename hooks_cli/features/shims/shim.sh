# Everything below is plain POSIX sh without a single fork: builtins only, then one exec.
# The names are long so that no variable of the caller's environment is ever overwritten.

# --- is this a call of claude-flow's hooks or memory? -------------------------------------------------------------------
# One pass over the words, without shifting, so that "$@" stays exactly as it came.
_hooks_shim_at=0
_hooks_shim_ours=
case $_hooks_shim_name in
  ruflo) _hooks_shim_state=group ;;
  pnpm) _hooks_shim_state=dlx ;;
  *) _hooks_shim_state=package ;;
esac
for _hooks_shim_word in "$@"; do
  _hooks_shim_at=$((_hooks_shim_at + 1))
  case $_hooks_shim_state in
    group)
      case $_hooks_shim_word in
        hook | hooks | memory) _hooks_shim_ours=yes ;;
        mcp)
          if [ -n "$_hooks_shim_mcp" ]; then
            _hooks_shim_state=mcp
            continue
          fi
          ;;
      esac
      break
      ;;
    mcp)
      _hooks_shim_at=$((_hooks_shim_at - 1))
      [ "$_hooks_shim_word" = start ] && _hooks_shim_ours=yes
      break
      ;;
    value) _hooks_shim_state=package ;;
    dlx)
      case $_hooks_shim_word in
        dlx) _hooks_shim_state=package ;;
        -s | --silent | --offline | --prefer-offline | --*=*) ;;
        *) break ;;
      esac
      ;;
    package)
      case $_hooks_shim_word in
        claude-flow | claude-flow@* | @claude-flow/cli | @claude-flow/cli@* | ruflo | ruflo@*) _hooks_shim_state=group ;;
        -c | --call | --call=* | --shell-mode) break ;;
        -p | --package | --loglevel | --registry | --cache | --userconfig | --prefix) _hooks_shim_state=value ;;
        -y | --yes | --no | --no-install | -q | --quiet | -s | --silent | -d | -dd | -ddd | --verbose) ;;
        --offline | --prefer-offline | --prefer-online | --ignore-existing | --always-spawn | --bun | --*=* | --) ;;
        *) break ;;
      esac
      ;;
  esac
done

# --- which programs were tried already, and how deep are we? ------------------------------------------------------------
# exec keeps the process id, so a HOOKS_SHIM that names ours means that what we ran came back here: it is not tried twice.
_hooks_shim_tried=:
_hooks_shim_depth=0
case ${HOOKS_SHIM-} in
  *:*:*)
    _hooks_shim_rest=${HOOKS_SHIM#*:}
    _hooks_shim_depth=${_hooks_shim_rest%%:*}
    case $HOOKS_SHIM in
      "$$":*) _hooks_shim_tried=:${_hooks_shim_rest#*:} ;;
    esac
    case $_hooks_shim_depth in
      '' | *[!0-9]* | ?????*) _hooks_shim_depth=0 ;;
    esac
    ;;
esac

# -ef (the same file, whatever it is called) is in POSIX since 2024 and was in dash, bash, ksh, zsh and busybox long before.
# Sets _hooks_shim_found to the first program named $1 on PATH that is not a shim of this folder.
_hooks_shim_find() {
  _hooks_shim_rest=${PATH-/usr/local/bin:/usr/bin:/bin}:
  while [ -n "$_hooks_shim_rest" ]; do
    _hooks_shim_dir=${_hooks_shim_rest%%:*}
    _hooks_shim_rest=${_hooks_shim_rest#*:}
    _hooks_shim_found=${_hooks_shim_dir:-.}/$1
    [ -f "$_hooks_shim_found" ] || continue
    [ -x "$_hooks_shim_found" ] || continue
    [ "${_hooks_shim_dir:-.}" -ef "$_hooks_shim_folder" ] && continue
    [ "$_hooks_shim_found" -ef "$_hooks_shim_folder/$1" ] && continue
    [ "$_hooks_shim_found" -ef "$0" ] && continue
    case $_hooks_shim_tried in
      *":$_hooks_shim_found:"*) continue ;;
    esac
    case $_hooks_shim_found in
      -*) _hooks_shim_found=./$_hooks_shim_found ;;
    esac
    return 0
  done
  return 1
}

# --- ours: run hooks-cli itself, the installed one first, then one from PATH --------------------------------------------
if [ -n "$_hooks_shim_ours" ]; then
  if [ -f "$_hooks_shim_program" ] && [ -x "$_hooks_shim_program" ] && [ -x "$_hooks_shim_interpreter" ]; then
    shift $((_hooks_shim_at - 1))
    exec "$_hooks_shim_program" "$@"
  fi
  if _hooks_shim_find hooks-cli; then
    shift $((_hooks_shim_at - 1))
    exec "$_hooks_shim_found" "$@"
  fi
fi

# --- everything else: the next real program of this name, with the same words -------------------------------------------
if [ "$_hooks_shim_depth" -ge 40 ]; then
  printf '%s\n' "$_hooks_shim_name: stopped: what runs as $_hooks_shim_name calls the hooks-cli shim again and again" \
    "  Take $_hooks_shim_folder out of PATH, or run: hooks-cli shims remove" >&2
  exit 127
fi
if _hooks_shim_find "$_hooks_shim_name"; then
  export HOOKS_SHIM="$$:$((_hooks_shim_depth + 1))$_hooks_shim_tried$_hooks_shim_found:"
  exec "$_hooks_shim_found" "$@"
fi
if [ -n "$_hooks_shim_ours" ]; then
  printf '%s\n' "$_hooks_shim_name: hooks-cli is gone ($_hooks_shim_program), and PATH has no other $_hooks_shim_name" \
    "  Install hooks-cli again, or remove $_hooks_shim_folder" >&2
else
  printf '%s\n' "$_hooks_shim_name: not found: PATH has only the hooks-cli shim in $_hooks_shim_folder" \
    "  Install $_hooks_shim_name; the shim runs only claude-flow's hooks and memory commands itself" >&2
fi
exit 127
