namespace Cim.Training.Networks;

/// <summary>The domain of operators that exist only inside training graphs.</summary>
internal static class TrainingDomain
{
    public const string Name = "cim.training";
}
