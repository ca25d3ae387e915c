#!/bin/sh
# Runs a command in the file tree that deploy/Dockerfile builds, without a container engine: the tree is put together
# from read-only mounts in a mount namespace of its own, the command is its process 1 and not root.
#   image-tree.sh map|change ROOT REPOSITORY NODE DATA WORKDIR UID COMMAND...
set -eu
as=$1 root=$2 repository=$3 node=$4 data=$5 workdir=$6 uid=$7
shift 7

mount -t tmpfs none "$root"
cd "$root"

# The base image: this machine's libraries.
for folder in usr bin lib lib64 etc; do
  if [ -L "/$folder" ]; then
    cp -P "/$folder" "$folder"
  elif [ -d "/$folder" ]; then
    mkdir "$folder" && mount --rbind "/$folder" "$folder" && mount -o remount,bind,ro "$folder"
  fi
done
mkdir dev proc run tmp
for device in null random urandom zero; do
  touch "dev/$device" && mount --bind "/dev/$device" "dev/$device"
done
mount -t proc proc proc

show() {
  if [ -d "$1" ]; then mkdir -p "$2"; else mkdir -p "$(dirname "$2")" && touch "$2"; fi
  mount --bind "$1" "$2"
  mount -o remount,bind,ro "$2"
}
show "$node" run/node
for part in node_modules packages; do show "$repository/$part" "opt/durable-host/$part"; done
for part in node_modules dist package.json host.json; do show "$repository/$part" "home/site/wwwroot/$part"; done
mkdir data && mount --bind "$data" data
mount -o remount,bind,ro "$root"

# Whoever made this namespace without being root becomes the user by a namespace of users, and root by a change of user.
if [ "$as" = map ]; then
  exec unshare --map-user="$uid" --map-group="$uid" --root="$root" --wd="$workdir" "$@"
fi
exec chroot --userspec="$uid:$uid" --groups= "$root" \
  /usr/bin/env --chdir="$workdir" /usr/bin/setpriv --no-new-privs "$@"
