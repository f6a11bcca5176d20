using System.Reflection;
using Cim.Runtime;
using Cim.Training.Loop;

namespace Cim.Training.Plugins;

/// <summary>Makes a training engine by name; the one on TorchSharp is loaded from where its packages are.</summary>
public static class TrainingEngines
{
    private const string EngineType = "Cim.Training.Torch.TorchTrainingEngine", CreateMethod = "Create";

    /// <summary>The packages the engine on TorchSharp needs, for messages.</summary>
    public const string Packages = "Cim.Sdk.Torch and, beside it, TorchSharp-cpu (or a TorchSharp-cuda package for graphics processors)";

    /// <summary>Makes an engine.</summary>
    /// <param name="engine"><c>ort</c> or <c>torch</c>.</param>
    /// <param name="device"><c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>.</param>
    /// <param name="source">Where the packages of the engine are, see <see cref="TorchFinder.Find"/>; null = the folder <c>torch</c> beside
    /// this program.</param>
    /// <exception cref="CimException">CIM0010, CIM0044, CIM0045, CIM0046: no such engine, packages are missing, they cannot be loaded, no
    /// such device.</exception>
    public static TrainingEngine Create(string engine, string device, string? source)
    {
        if (engine == TrainingEngine.OnnxRuntime)
        {
            return device == TrainingEngine.Host
                ? TrainingEngine.Default
                : throw new CimException(
                    ErrorCodes.WrongUsage,
                    $"The engine 'ort' trains on the CPU alone, not on '{device}'; choose the engine 'torch' for other devices.");
        }

        TorchLocation location = source is not null
            ? TorchFinder.Find(source)
            : TorchFinder.Find(AppContext.BaseDirectory) is { Engine: not null } beside
                ? beside
                : InSubfolder(Path.Combine(AppContext.BaseDirectory, TrainingEngine.Torch));
        Require(location.Engine is not null, location, "Cim.Sdk.Torch");
        Require(location.TorchSharp is not null, location, "TorchSharp-cpu");
        Require(location.Library("torch") is not null || location.Library("torch_cpu") is not null, location, "TorchSharp-cpu");
        return Load(location, device);
    }

    private static TorchLocation InSubfolder(string folder) => Directory.Exists(folder)
        ? TorchFinder.Find(folder)
        : new TorchLocation($"the folder '{folder}'", null, null, [], null);

    private static void Require(bool isThere, TorchLocation location, string package)
    {
        if (!isThere)
            throw new CimException(
                ErrorCodes.EngineMissing,
                $"The engine 'torch' needs the package {package}, which is not in {location.Source}. Add the packages {Packages} to the "
                    + "project, or train with the engine 'ort', which needs none.");
    }

    private static TrainingEngine Load(TorchLocation location, string device)
    {
        MethodInfo create;
        try
        {
            Assembly assembly = new TorchContext(location).LoadFromAssemblyPath(location.Engine!);
            create = assembly.GetType(EngineType, true)!.GetMethod(CreateMethod, [typeof(TorchLocation), typeof(string)])
                ?? throw new MissingMethodException(EngineType, CreateMethod);
        }
        catch (Exception e) when (e is BadImageFormatException or FileLoadException or FileNotFoundException or TypeLoadException
            or MissingMethodException)
        {
            throw new CimException(
                ErrorCodes.EngineNotLoadable,
                $"'{location.Engine}' is not the engine of this version of the SDK ({e.Message}); give the packages Cim.Sdk and "
                    + "Cim.Sdk.Torch the same version.", e);
        }

        return (TrainingEngine)create.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [location, device], null)!;
    }
}
