using System.Globalization;
using System.Runtime.Loader;
using Cim.Runtime;
using Cim.Training.Engine;
using Cim.Training.Loop;
using Cim.Training.Plugins;
using Cim.Training.Torch.Loading;
using Cim.Training.Torch.Steps;
using TorchSharp;

namespace Cim.Training.Torch;

/// <summary>
/// Trainings on libtorch by TorchSharp, on the CPU or on a graphics processor: forward operators are tensor operations, gradients come from
/// autograd. Sums differ in their last bits from those of the engine on ONNX Runtime, and from one device to another.
/// </summary>
public sealed class TorchTrainingEngine : TrainingEngine
{
    private readonly torch.Device _device;

    private TorchTrainingEngine(torch.Device device, string? libtorch)
    {
        _device = device;
        Description = libtorch is null ? $"libtorch on {device}" : $"libtorch {libtorch} on {device}";
    }

    /// <inheritdoc/>
    public override string Description { get; }

    /// <summary>Loads the native libraries and opens a device.</summary>
    /// <param name="location">Where they are.</param>
    /// <param name="device"><c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>.</param>
    /// <exception cref="CimException">CIM0045: they cannot be loaded; CIM0046: there is no such device.</exception>
    public static TorchTrainingEngine Create(TorchLocation location, string device)
    {
        ArgumentNullException.ThrowIfNull(location);
        (bool isCuda, int index) = DeviceName.Parse(device);
        LoadFailure.RequireVersions(location, Referenced("TorchSharp"));
        TorchLibraries.Load(location, AssemblyLoadContext.GetLoadContext(typeof(TorchTrainingEngine).Assembly)!);
        return Open(location, isCuda, index);
    }

    /// <inheritdoc/>
    public override IGradientEngine CreateGradients(GradientRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new TorchGradientEngine(request, _device);
    }

    internal override ITrainingSteps CreateSteps(TrainingSetup setup) => new TorchTrainingSteps(setup, _device);

    private static Version Referenced(string assembly) => typeof(TorchTrainingEngine).Assembly.GetReferencedAssemblies()
        .Single(reference => reference.Name == assembly).Version!;

    // Apart, so that nothing of TorchSharp is touched before its libraries are loaded.
    private static TorchTrainingEngine Open(TorchLocation location, bool isCuda, int index)
    {
        try
        {
            torch.InitializeDeviceType(isCuda ? DeviceType.CUDA : DeviceType.CPU);
        }
        catch (Exception e) when (e is not CimException)
        {
            throw isCuda ? LoadFailure.NoCuda(location, 0, index) : LoadFailure.Explain(e.Message, location);
        }

        if (isCuda && (!torch.cuda.is_available() || index >= torch.cuda.device_count()))
            throw LoadFailure.NoCuda(location, torch.cuda.is_available() ? torch.cuda.device_count() : 0, index);
        return new TorchTrainingEngine(
            isCuda ? torch.device(string.Create(CultureInfo.InvariantCulture, $"cuda:{index}")) : torch.CPU, location.LibtorchVersion);
    }
}
