namespace Cim.Training.Optimization;

/// <summary>Linear warm-up, then half a cosine down to a fraction of the peak (Loshchilov and Hutter, arXiv 1608.03983).</summary>
internal sealed record LearningRateSchedule(double Peak, int WarmUpSteps, int Steps, double FinalFraction = 0)
{
    /// <summary>The rate of a step, counted from 0.</summary>
    public double At(int step)
    {
        if (step < WarmUpSteps)
            return Peak * (step + 1) / WarmUpSteps;
        double progress = Math.Min(1, (step - WarmUpSteps) / (double)Math.Max(1, Steps - WarmUpSteps));
        return Peak * (FinalFraction + ((1 - FinalFraction) * 0.5 * (1 + Math.Cos(Math.PI * progress))));
    }
}
