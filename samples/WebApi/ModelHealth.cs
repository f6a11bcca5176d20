using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WebApi;

/// <summary>Healthy while the model runs: a black image gets a finite score.</summary>
internal sealed class ModelHealth(Classifier model) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        byte[] black = new byte[Classifier.Info.Inputs[0].SampleLength];
        float score = model.Run(black).Top(1)[0].Score;
        return Task.FromResult(float.IsFinite(score)
            ? HealthCheckResult.Healthy($"{Classifier.Info.Name} on {Classifier.Info.Hardware}")
            : HealthCheckResult.Unhealthy($"a black image has the score {score}"));
    }
}
