// Everything an app needs in Azure Container Apps, in a resource group of its own. Step by step: docs/deploy.md.
targetScope = 'subscription'

@description('Names the resource group and what is in it.')
@minLength(1)
@maxLength(32)
param environmentName string

@description('Region of all resources.')
param location string

@description('Object id of who administers the database: a person, a group or the identity of a pipeline.')
param databaseAdminId string

@description('Name of the same, as Microsoft Entra ID shows it.')
param databaseAdminName string

@allowed(['User', 'Group', 'Application'])
param databaseAdminType string = 'User'

@description('Image of the app. Without one, everything but the app is made: an image needs a registry first, and the app a database that is set up.')
param image string = ''

@description('Password of the database user as which the scale rule asks. Without one the rule is left out and one replica always runs.')
@secure()
param scalerPassword string = ''

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: { 'azd-env-name': environmentName }
}

module resources 'resources.bicep' = {
  name: 'resources'
  scope: group
  params: {
    location: location
    databaseAdminId: databaseAdminId
    databaseAdminName: databaseAdminName
    databaseAdminType: databaseAdminType
    image: image
    scalerPassword: scalerPassword
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output REGISTRY_NAME string = resources.outputs.registryName
output REGISTRY_ENDPOINT string = resources.outputs.registryEndpoint
output SQL_SERVER string = resources.outputs.sqlServer
output SQL_SERVER_NAME string = resources.outputs.sqlServerName
output SQL_DATABASE string = resources.outputs.sqlDatabase
output APP_IDENTITY string = resources.outputs.appIdentity
output APP_URL string = resources.outputs.appUrl
