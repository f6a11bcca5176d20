using Cim.Onnx.Building;
using Cim.Training.Engine;
using Cim.Training.Networks;
using Cim.Training.Torch.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace Cim.Training.Torch.Steps;

/// <summary>Gradients of single batches whose data come from the host and whose results go back there.</summary>
internal sealed class TorchGradientEngine : IGradientEngine
{
    private readonly DeviceNetwork _values;
    private readonly DifferentiatedGraph _graph;
    private readonly Device _device;
    private readonly Dictionary<string, float[]> _results = new(StringComparer.Ordinal);
    private readonly float[] _loss = new float[1];
    private readonly DeviceArrays _back;

    /// <param name="request">The network, its loss and what to return.</param>
    /// <param name="device">The device.</param>
    public TorchGradientEngine(GradientRequest request, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        _device = device;
        BatchSize = request.BatchSize;
        Parameters = request.Trained ?? request.Network.Parameters;
        Outputs = [request.Network.LogitsName, .. request.Outputs];
        _values = new DeviceNetwork(request.Network, Parameters, [], device);
        _graph = new DifferentiatedGraph(request.Network, request.Objective, BatchSize, Parameters, _values, Outputs, device);
        foreach (string output in Outputs)
            _results[output] = new float[Tensors.Count(_graph.Shapes[output])];
        Gradients = [.. Parameters.Select(parameter => new float[parameter.Values.Length])];
        IReadOnlyList<float[]> back = [_loss, .. Outputs.Select(output => _results[output]), .. Gradients];
        _back = new DeviceArrays(back, [.. back.Select(values => new long[] { values.Length })], CPU);
    }

    public int BatchSize { get; }

    public IReadOnlyList<Parameter> Parameters { get; }

    public IReadOnlyList<float[]> Gradients { get; }

    public IReadOnlyList<string> Outputs { get; }

    public float Run(IReadOnlyDictionary<string, float[]> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        _values.Upload();
        KeyValuePair<string, Tensor>[] data = [.. _graph.DataInputs.Select(name => KeyValuePair.Create(
            name, TorchValues.OnDevice(inputs[name], _graph.Shapes[name], ScalarType.Float32, _device)))];
        (Tensor[] outputs, Tensor gradient) = _graph.Run(data);
        _back.Download(cat([.. outputs.Select(output => output.detach().reshape(-1)), gradient], 0));
        return _loss[0];
    }

    public float[] Output(string name) => _results[name];

    public void Dispose()
    {
        _graph.Dispose();
        _values.Dispose();
        _back.Dispose();
    }
}
