# What the rehearsals have in common, for `source`: an installation on this machine, which is taken away at the end.
#
# `begin` installs the checkout in $1 with a PostgreSQL of its own, migrates it and sets it up; `serve` starts web server,
# worker and nginx. Without a running systemd the commands of the units are started by hand, as their user and with their
# settings.
[ "$(id -u)" = 0 ] || { echo "Run this as root." >&2; exit 1; }
if [ -e /opt/vestibule ] || [ -e /etc/vestibule ] || id vestibule >/dev/null 2>&1; then
  echo "Vestibule is installed here; this would take it away." >&2
  exit 1
fi

began=$SECONDS
say() { echo "$((SECONDS - began)) s: $*"; }
pids=()
work=$(mktemp -d)
clean() {
  status=$?
  [ "$status" = 0 ] || tail -30 "$work/log" >&2 || true
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  # A web server that took over from another is nobody's child here; its user was made for this rehearsal.
  for pid in $(ps -o pid= -u vestibule); do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  [ -n "${cluster:-}" ] && { pg_dropcluster --stop "$version" "$cluster" || true; }
  if [ -d /run/systemd/system ]; then
    systemctl disable --now vestibule-web vestibule-worker vestibule-backup.timer 2>/dev/null || true
    rm -f /etc/systemd/system/vestibule-*; systemctl daemon-reload
  fi
  rm -rf "$work" /opt/vestibule /etc/vestibule /var/lib/vestibule /var/backups/vestibule /usr/local/bin/vestibule
  userdel vestibule 2>/dev/null || true
  exit "$status"
}
trap clean EXIT

fetch_packages() {
  missing=()
  command -v nginx >/dev/null || missing+=(nginx-light)
  command -v pg_createcluster >/dev/null || missing+=(postgresql)
  command -v curl >/dev/null || missing+=(curl)
  command -v openssl >/dev/null || missing+=(openssl)
  if [ ${#missing[@]} -gt 0 ]; then
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  fi
}

begin() {
  fetch_packages
  SOURCE=$1 deploy/debian/install >/dev/null
  say "installed"
  # A cluster of its own, so that nothing of the machine's is touched.
  version=$(ls /usr/lib/postgresql | sort -V | tail -1)
  cluster=vestibule-rehearsal
  pg_createcluster --port 54329 "$version" "$cluster" >/dev/null
  pg_conftool "$version" "$cluster" set fsync off
  pg_ctlcluster "$version" "$cluster" start
  runuser -u postgres -- createuser -p 54329 vestibule
  runuser -u postgres -- createdb -p 54329 -O vestibule vestibule
  socket=$(runuser -u postgres -- psql -p 54329 -Atc 'show unix_socket_directories')
  say "PostgreSQL $version runs"

  sed -i -e "s#^DATABASE_URL=.*#DATABASE_URL=postgres:///vestibule?host=$socket\&port=54329#" \
    -e "s#^SECRET_KEY=.*#SECRET_KEY=$(openssl rand -hex 40)#" \
    -e "s#^EMAIL_URL=.*#EMAIL_URL=smtp://127.0.0.1:9#" -e "s#^SITE_URL=.*#SITE_URL=https://desk.example.com#" \
    -e "s#^BIND=.*#BIND=127.0.0.1:18000#" /etc/vestibule/env
  vestibule migrate --verbosity 0
  vestibule collectstatic --noinput --verbosity 0
  vestibule setup --no-input --name "Agence du Port" --email olive@example.com --password moules-frites \
    --staff-email root@example.com --property "Maison du lac" >"$work/setup"
  grep -q "Nothing is missing" "$work/setup" || { cat "$work/setup"; echo "The setup finds something missing." >&2; exit 1; }
  say "migrated and set up"
}

run_unit() {
  command=$(sed -n 's/^ExecStart=//p' "deploy/debian/$1")
  if [ -d /run/systemd/system ]; then
    systemctl start "${1%.service}"
    return
  fi
  (
    cd /opt/vestibule/current; umask 077
    # shellcheck disable=SC2086 - the words of the command
    exec env --ignore-environment PATH=/usr/bin:/bin LANG=C.UTF-8 ENV_FILE=/etc/vestibule/env PWD=/opt/vestibule/current \
      setpriv --reuid vestibule --regid vestibule --init-groups --no-new-privs $command
  ) >>"$work/log" 2>&1 &
  pids+=($!)
  echo $! >"$work/${1%.service}.pid"
}

ask() {
  curl --silent --cacert "$work/fullchain.pem" --connect-to desk.example.com:443:127.0.0.1:18443 "$@"
}

# The status is asked for until it is 200.
await_ready() {
  for _ in $(seq 150); do
    [ "$(ask --output "$work/answer" --write-out '%{http_code}' https://desk.example.com/readyz || true)" = 200 ] && return
    sleep 0.2
  done
  echo "It does not get ready: $(cat "$work/answer")" >&2
  exit 1
}

serve() {
  run_unit vestibule-web.service
  run_unit vestibule-worker.service
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=desk.example.com -addext subjectAltName=DNS:desk.example.com \
    -keyout "$work/privkey.pem" -out "$work/fullchain.pem" 2>/dev/null
  sed -e "s#/etc/ssl/vestibule#$work#; s#127.0.0.1:8000#127.0.0.1:18000#" \
    -e 's/listen 80;/listen 18080;/; s/listen 443 ssl;/listen 18443 ssl;/; /listen \[::\]/d' deploy/debian/nginx.conf >"$work/site.conf"
  printf 'pid %s/nginx.pid;\nerror_log %s/nginx.log;\nevents {}\nhttp { include /etc/nginx/mime.types; include %s/site.conf; }\n' \
    "$work" "$work" "$work" >"$work/nginx.conf"
  chmod 0755 "$work"
  nginx -c "$work/nginx.conf" -g 'daemon off;' &
  pids+=($!)
  await_ready
}
