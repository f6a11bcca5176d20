using System.Reflection;
using System.Runtime.CompilerServices;
using Cim.Runtime;
using Cim.Training.Loop;
using Cim.Training.Plugins;
using Cim.Training.Torch;
using Xunit;

namespace Cim.Training.Torch.Tests;

/// <summary>The engine under test, or why this machine cannot have it (build/test.sh then runs these tests in a newer system).</summary>
internal static class TorchMachine
{
    private static readonly Lazy<(TorchTrainingEngine? Engine, string Problem)> _engine = new(Open);

    /// <summary>The packages of this project.</summary>
    public static string AssetsFile { get; } = typeof(TorchMachine).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "ProjectAssetsFile").Value!;

    /// <summary>Where they are.</summary>
    public static TorchLocation Location => TorchFinder.Find(AssetsFile) with { Engine = typeof(TorchTrainingEngine).Assembly.Location };

    /// <summary>The engine on the CPU; without libtorch the test is skipped.</summary>
    public static TrainingEngine Engine
    {
        get
        {
            if (_engine.Value.Engine is null)
                Assert.Skip(_engine.Value.Problem);
            return _engine.Value.Engine;
        }
    }

    // Before anything touches TorchSharp, which would look for its libraries in vain.
    [ModuleInitializer]
    internal static void Load() => _ = _engine.Value;

    private static (TorchTrainingEngine? Engine, string Problem) Open()
    {
        try
        {
            return (TorchTrainingEngine.Create(Location, TrainingEngine.Host), "");
        }
        catch (CimException e)
        {
            return (null, e.Message);
        }
    }
}
