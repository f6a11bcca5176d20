using Cim.Training.Engine;


namespace Cim.Training.Loop;

/// <summary>
/// What runs the arithmetic of a training. One engine makes gradients batch by batch (<see cref="IGradientEngine"/>) and whole trainings
/// with everything that belongs to a step (batches, augmentation, updates), so that an engine on another device keeps all of it there.
/// </summary>
public abstract class TrainingEngine : IDisposable
{
    /// <summary>The name of the engine that is always there, on ONNX Runtime.</summary>
    public const string OnnxRuntime = "ort";

    /// <summary>The name of the engine on TorchSharp.</summary>
    public const string Torch = "torch";

    /// <summary>The device that every engine trains on.</summary>
    public const string Host = "cpu";

    /// <summary>The engine on ONNX Runtime.</summary>
    public static TrainingEngine Default { get; } = new OrtTrainingEngine();

    /// <summary>Engine and device in words, for example <c>torch 2.10 on cuda:0</c>.</summary>
    public abstract string Description { get; }

    /// <summary>An engine for the gradients of single batches.</summary>
    /// <param name="request">The network, its loss and what to return.</param>
    /// <exception cref="Cim.Runtime.CimException">The network uses operators that cannot be differentiated.</exception>
    public abstract IGradientEngine CreateGradients(GradientRequest request);

    /// <summary>The steps of one training.</summary>
    internal abstract ITrainingSteps CreateSteps(TrainingSetup setup);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the engine holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
