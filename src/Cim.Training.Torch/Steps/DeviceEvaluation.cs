using Cim.Training.Data;
using Cim.Training.Networks;
using Cim.Training.Ort;
using Cim.Training.Torch.Graphs;
using Cim.Training.Torch.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace Cim.Training.Torch.Steps;

/// <summary>A network run forward on a device.</summary>
internal sealed class DeviceEvaluation : IDisposable
{
    /// <summary>Samples of one run at most.</summary>
    public const int MostSamples = 256;

    private readonly TrainableNetwork _network;
    private readonly DeviceNetwork _values;
    private readonly TorchGraph _graph;
    private readonly int _batchSize;
    private readonly Device _device;
    private bool _owns;
    private (SampleSet Set, Tensor Values, Tensor Labels)? _cached;

    /// <param name="network">The network.</param>
    /// <param name="values">Its values on the device.</param>
    /// <param name="batchSize">Samples of one run.</param>
    /// <param name="device">The device.</param>
    public DeviceEvaluation(TrainableNetwork network, DeviceNetwork values, int batchSize, Device device)
    {
        (_network, _values, _batchSize, _device) = (network, values, batchSize, device);
        ForwardGraph forward = ForwardGraph.Prepare(network, batchSize, null, "");
        _graph = new TorchGraph(forward.Graph.Composite, forward.Shapes, ScalarType.Float32, device);
    }

    /// <summary>A network that does not change.</summary>
    public static DeviceEvaluation Of(TrainableNetwork network, int batchSize, Device device)
    {
        var values = new DeviceNetwork(network, [], [], device);
        values.Upload();
        return new DeviceEvaluation(network, values, batchSize, device) { _owns = true };
    }

    /// <summary>The logits of one batch.</summary>
    public Tensor Logits(Tensor inputs)
    {
        using IDisposable quiet = no_grad();
        return _graph.Run(_values.Values.Append(new(_network.InputName, inputs)), [_network.LogitsName])[0];
    }

    /// <summary>How many samples have their label as the largest output.</summary>
    public int CountCorrect(SampleSet samples, CancellationToken cancellation)
    {
        using DisposeScope outer = NewDisposeScope();
        using IDisposable quiet = no_grad();
        (Tensor values, Tensor labels) = OnDevice(samples);
        Tensor correct = zeros(1, ScalarType.Int64, _device);
        for (int start = 0; start < samples.Count; start += _batchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            int size = Math.Min(_batchSize, samples.Count - start);
            Tensor inputs = values.narrow(0, start, size);
            if (size < _batchSize)
                inputs = cat([inputs, zeros([_batchSize - size, .. samples.Shape], ScalarType.Float32, _device)], 0);
            Tensor found = Logits(inputs).reshape(_batchSize, -1).narrow(0, 0, size).argmax(1);
            correct.add_(found.eq(labels.narrow(0, start, size)).sum());
        }

        return (int)correct.cpu().data<long>()[0];
    }

    public void Dispose()
    {
        _graph.Dispose();
        if (_owns)
            _values.Dispose();
        Forget();
    }

    /// <summary>The last set stays on the device: the hold-out set is asked for after every epoch.</summary>
    private (Tensor Values, Tensor Labels) OnDevice(SampleSet samples)
    {
        if (_cached is not { } cached || !ReferenceEquals(cached.Set, samples))
        {
            Forget();
            _cached = cached = (
                samples,
                TorchValues.OnDevice(samples.Values, [samples.Count, .. samples.Shape], ScalarType.Float32, _device)
                    .DetachFromDisposeScope(),
                TorchValues.OnDevice(samples.Labels!, [samples.Count], ScalarType.Int64, _device).DetachFromDisposeScope());
        }

        return (cached.Values, cached.Labels);
    }

    private void Forget()
    {
        _cached?.Values.Dispose();
        _cached?.Labels.Dispose();
        _cached = null;
    }
}
