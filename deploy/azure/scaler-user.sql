-- The scale rule may ask one question.
IF USER_ID(N'orders_scaler') IS NULL
    CREATE USER orders_scaler WITH PASSWORD = N'$(SCALER_PASSWORD)';
ELSE
    ALTER USER orders_scaler WITH PASSWORD = N'$(SCALER_PASSWORD)';
GRANT EXECUTE ON OBJECT::dt_host.GetScaleRecommendation TO orders_scaler;
