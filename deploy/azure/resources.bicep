param location string
param databaseAdminId string
param databaseAdminName string
param databaseAdminType string
param image string

@secure()
param scalerPassword string

var token = uniqueString(subscription().id, resourceGroup().id, location)
var appName = 'orders'
var taskHub = 'OrderProcessing'
var scalerUser = 'orders_scaler'
var hasScaler = !empty(scalerPassword)
var port = 8080
var pullImages = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '7f951dda-4ed3-4680-a7ca-43fe172d538d')

// Who the app is: it pulls its image and logs in to the database as this, so there is no password to keep.
resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-${appName}-${token}'
  location: location
}

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: 'log-${token}'
  location: location
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: 30
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${token}'
  location: location
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: logs.id
  }
}

resource registry 'Microsoft.ContainerRegistry/registries@2023-07-01' = {
  name: 'cr${token}'
  location: location
  sku: { name: 'Basic' }
  properties: { adminUserEnabled: false }
}

resource pull 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(registry.id, identity.id, pullImages)
  scope: registry
  properties: {
    roleDefinitionId: pullImages
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource sqlServer 'Microsoft.Sql/servers@2023-08-01' = {
  name: 'sql-${token}'
  location: location
  properties: {
    minimalTlsVersion: '1.2'
    // Counts only when the server is made; later the next resource rules.
    administrators: {
      administratorType: 'ActiveDirectory'
      azureADOnlyAuthentication: true
      login: databaseAdminName
      principalType: databaseAdminType
      sid: databaseAdminId
      tenantId: tenant().tenantId
    }
  }
}

// Passwords work only where the scale rule needs one: the scaler of Container Apps has no identity to log in with.
resource entraOnly 'Microsoft.Sql/servers/azureADOnlyAuthentications@2023-08-01' = {
  parent: sqlServer
  name: 'Default'
  properties: { azureADOnlyAuthentication: !hasScaler }
}

// From Azure only; private endpoints are stricter (docs/deploy.md).
resource fromAzure 'Microsoft.Sql/servers/firewallRules@2023-08-01' = {
  parent: sqlServer
  name: 'AllowAllWindowsAzureIps'
  properties: {
    startIpAddress: '0.0.0.0'
    endIpAddress: '0.0.0.0'
  }
}

// Serverless: billed by use. It does not pause, because hosts and the scale rule ask it all the time.
resource database 'Microsoft.Sql/servers/databases@2023-08-01' = {
  parent: sqlServer
  name: appName
  location: location
  sku: {
    name: 'GP_S_Gen5'
    tier: 'GeneralPurpose'
    family: 'Gen5'
    capacity: 2
  }
  properties: {
    collation: 'Latin1_General_100_BIN2_UTF8'
    minCapacity: json('0.5')
    autoPauseDelay: -1
  }
}

resource environment 'Microsoft.App/managedEnvironments@2025-01-01' = {
  name: 'cae-${token}'
  location: location
  properties: {
    appLogsConfiguration: {
      destination: 'log-analytics'
      logAnalyticsConfiguration: {
        customerId: logs.properties.customerId
        sharedKey: logs.listKeys().primarySharedKey
      }
    }
  }
}

var insightsSecret = {
  name: 'application-insights'
  value: insights.properties.ConnectionString
}

// KEDA wants the port as a keyword of its own.
var scalerSecret = {
  name: 'scaler-connection'
  value: 'Server=${sqlServer.properties.fullyQualifiedDomainName};port=1433;Database=${database.name};User ID=${scalerUser};Password=${scalerPassword};Encrypt=true'
}

var httpRule = {
  name: 'requests'
  http: { metadata: { concurrentRequests: '50' } }
}

// The numbers are what one replica runs at once: maxConcurrentOrchestratorFunctions and …ActivityFunctions of host.json.
var workRule = {
  name: 'work'
  custom: {
    type: 'mssql'
    metadata: {
      query: 'SELECT dt_host.GetScaleRecommendation(\'${taskHub}\', 200, 20)'
      targetValue: '1'
    }
    auth: [
      {
        secretRef: scalerSecret.name
        triggerParameter: 'connectionString'
      }
    ]
  }
}

resource app 'Microsoft.App/containerApps@2025-01-01' = if (!empty(image)) {
  name: appName
  location: location
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  dependsOn: [pull]
  properties: {
    environmentId: environment.id
    configuration: {
      activeRevisionsMode: 'Single'
      maxInactiveRevisions: 10
      ingress: {
        external: true
        targetPort: port
        allowInsecure: false
      }
      registries: [
        {
          server: registry.properties.loginServer
          identity: identity.id
        }
      ]
      secrets: hasScaler ? [insightsSecret, scalerSecret] : [insightsSecret]
    }
    template: {
      // A host takes up to 20 seconds to finish what it has begun.
      terminationGracePeriodSeconds: 40
      containers: [
        {
          name: 'host'
          image: image
          resources: {
            cpu: json('0.5')
            memory: '1Gi'
          }
          env: [
            {
              name: 'SQLDB_Connection'
              value: 'Server=tcp:${sqlServer.properties.fullyQualifiedDomainName},1433;Database=${database.name};Authentication=Active Directory Managed Identity;User ID=${identity.properties.clientId};Encrypt=true'
            }
            {
              name: 'APPLICATIONINSIGHTS_CONNECTION_STRING'
              secretRef: insightsSecret.name
            }
            // The identity of whatever the app itself asks for a token.
            {
              name: 'AZURE_CLIENT_ID'
              value: identity.properties.clientId
            }
            // It is in the management URLs that the app hands out.
            {
              name: 'WEBSITE_HOSTNAME'
              value: '${appName}.${environment.properties.defaultDomain}'
            }
          ]
          probes: [
            {
              type: 'Startup'
              httpGet: {
                path: '/runtime/health/live'
                port: port
              }
              periodSeconds: 2
              failureThreshold: 10
            }
            {
              type: 'Liveness'
              httpGet: {
                path: '/runtime/health/live'
                port: port
              }
              periodSeconds: 10
              timeoutSeconds: 5
            }
            {
              type: 'Readiness'
              httpGet: {
                path: '/runtime/health/ready'
                port: port
              }
              periodSeconds: 5
              timeoutSeconds: 5
            }
          ]
        }
      ]
      scale: {
        // To zero only where the rule brings it back: durable timers and messages wake nobody otherwise.
        minReplicas: hasScaler ? 0 : 1
        maxReplicas: 10
        pollingInterval: 10
        cooldownPeriod: 120
        rules: hasScaler ? [httpRule, workRule] : [httpRule]
      }
    }
  }
}

output registryName string = registry.name
output registryEndpoint string = registry.properties.loginServer
output sqlServer string = sqlServer.properties.fullyQualifiedDomainName
output sqlServerName string = sqlServer.name
output sqlDatabase string = database.name
output appIdentity string = identity.name
output appUrl string = 'https://${appName}.${environment.properties.defaultDomain}'
