#!/bin/sh
# Between the two rounds of "azd up": sets up the database, lets the app in, and builds the image of the present commit.
# All of it may be repeated. Needs the Azure CLI, sqlcmd (go-sqlcmd) and the outputs of main.bicep as variables;
# CLIENT_ADDRESS is this machine's public IPv4 address, where it is outside Azure.
set -eu

cd "$(dirname "$0")/../.."
if [ -n "${CLIENT_ADDRESS-}" ]; then
  # The server lets in nobody but Azure; this machine only for now.
  firewall() { az sql server firewall-rule "$@" -g "$AZURE_RESOURCE_GROUP" -s "$SQL_SERVER_NAME" -n prepare -o none; }
  firewall create --start-ip-address "$CLIENT_ADDRESS" --end-ip-address "$CLIENT_ADDRESS"
  trap 'firewall delete' EXIT
fi

# Works as whoever is logged in to the Azure CLI: the database's administrator.
npx durable-host storage init \
  --connection-string "Server=tcp:$SQL_SERVER,1433;Database=$SQL_DATABASE;Authentication=Active Directory Default;Encrypt=true"

run_sql() { sqlcmd -b -S "$SQL_SERVER" -d "$SQL_DATABASE" --authentication-method ActiveDirectoryDefault -i "deploy/azure/$1"; }
APP_USER=$APP_IDENTITY run_sql app-user.sql
if [ -n "${SCALER_PASSWORD-}" ]; then run_sql scaler-user.sql; fi

# A commit is built once, so that the second round does not build it again.
name=order-processing:$(git rev-parse --short=12 HEAD)
if ! az acr repository show --name "$REGISTRY_NAME" --image "$name" --output none 2>/dev/null; then
  az acr build --registry "$REGISTRY_NAME" --image "$name" --file deploy/Dockerfile .
fi
azd env set APP_IMAGE "$REGISTRY_ENDPOINT/$name" --cwd deploy
