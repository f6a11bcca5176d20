using Cim.Onnx.Building;
using Cim.Training.ColumnSharing;
using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Losses;
using Cim.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Cim.Training.Torch.Steps;

/// <summary>
/// A training whose samples, weights, updates and averages stay on the device. A step copies the loss back, and, where weights are
/// disturbed anew for every batch, the disturbance there; only columns shared by several outputs are updated on the host.
/// </summary>
internal sealed class TorchTrainingSteps : ITrainingSteps
{
    private readonly TrainingSetup _setup;
    private readonly Device _device;
    private readonly DeviceNetwork _values;
    private readonly DifferentiatedGraph _graph;
    private readonly DeviceBatches _batches;
    private readonly DeviceOptimizer _optimizer;
    private readonly DeviceArrays _average;
    private readonly LearningRateSchedule _schedule;
    private readonly DeviceEvaluation? _teacher;
    private DeviceEvaluation? _evaluation;

    public TorchTrainingSteps(TrainingSetup setup, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        (_setup, _device) = (setup, device);
        IReadOnlyList<StatisticsLayer> layers = setup.Statistics?.Layers ?? [];
        _values = new DeviceNetwork(
            setup.Network, setup.Network.Parameters, [.. layers.SelectMany(layer => new[] { layer.Mean, layer.Variance })], device);
        _graph = new DifferentiatedGraph(
            setup.Statistics?.Network ?? setup.Network, setup.Objective, setup.Options.BatchSize, setup.Network.Parameters, _values,
            setup.Statistics?.Outputs ?? [], device);
        Classes = (int)(Tensors.Count(_graph.Shapes[setup.Network.LogitsName]) / setup.Options.BatchSize);
        _batches = new DeviceBatches(setup.Samples, Classes, setup.Batches, device);
        _schedule = setup.Schedule(Batches);
        _optimizer = new DeviceOptimizer(setup.Optimizer, setup.Options.Optimizer, setup.Network.Parameters, _values.Parameters.Flat);
        _average = new DeviceArrays(
            setup.Average.Values, [.. setup.Average.Values.Select(values => new long[] { values.Length })], device);
        _teacher = setup.Teacher is null ? null : DeviceEvaluation.Of(setup.Teacher, setup.Options.BatchSize, device);
    }

    public int Classes { get; }

    public int Batches => _batches.Count;

    public IAsyncEnumerable<float> Epoch(int epoch, CancellationToken cancellation) => Steps(epoch, cancellation).ToAsyncEnumerable();

    public int CountCorrect(SampleSet samples, CancellationToken cancellation)
    {
        _evaluation ??= new DeviceEvaluation(
            _setup.Network, _values, Math.Min(samples.Count, DeviceEvaluation.MostSamples), _device);
        _values.Upload();
        return _evaluation.CountCorrect(samples, cancellation);
    }

    public void Dispose()
    {
        _graph.Dispose();
        _values.Dispose();
        _batches.Dispose();
        _optimizer.Dispose();
        _average.Dispose();
        _teacher?.Dispose();
        _evaluation?.Dispose();
    }

    private IEnumerable<float> Steps(int epoch, CancellationToken cancellation)
    {
        _values.Upload();
        _optimizer.Upload();
        _average.Upload();
        _batches.Begin(epoch);
        for (int batch = 0; batch < Batches; batch++)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return Step(batch);
        }

        _values.Download();
        _optimizer.Download();
        _average.Download();
    }

    private float Step(int batch)
    {
        using DisposeScope scope = NewDisposeScope();
        if (_setup.BeforeBatch is { } before)
        {
            before(_setup.Optimizer.Steps);
            _values.UploadControls();
        }

        (Tensor inputs, Tensor? targets) = _batches.Make(batch);
        List<KeyValuePair<string, Tensor>> data = [new(_setup.Network.InputName, inputs)];
        if (targets is not null)
            data.Add(new(Objective.Targets, targets));
        if (_teacher is not null)
            data.Add(new(Objective.TeacherLogits, _teacher.Logits(inputs)));
        (Tensor[] outputs, Tensor gradient) = _graph.Run(data);
        _optimizer.Step(gradient, _schedule.At(_setup.Optimizer.Steps));
        if (_setup.SharedColumns.Count > 0)
            UpdateSharedColumns();
        MoveStatistics(outputs);
        if (_setup.Options.AverageDecay > 0)
            MoveAverage();
        return outputs[0].detach().cpu().data<float>()[0];
    }

    private void UpdateSharedColumns()
    {
        _values.Parameters.Download();
        foreach (SharedColumnWeights shared in _setup.SharedColumns)
            shared.Update();
        _values.Parameters.Upload();
    }

    private void MoveStatistics(Tensor[] outputs)
    {
        using IDisposable quiet = no_grad();
        using Scalar keep = 1 - BatchStatistics.Momentum, take = BatchStatistics.Momentum;
        IReadOnlyList<StatisticsLayer> layers = _setup.Statistics?.Layers ?? [];
        for (int i = 0; i < layers.Count; i++)
        {
            Move(_values[layers[i].Mean], outputs[1 + (2 * i)]);
            using Scalar unbiased = layers[i].Unbiased(_setup.Options.BatchSize);
            Move(_values[layers[i].Variance], outputs[2 + (2 * i)] * unbiased);
        }

        void Move(Tensor running, Tensor batch) => running.mul_(keep).add_(batch.detach().reshape(running.shape), take);
    }

    private void MoveAverage()
    {
        using IDisposable quiet = no_grad();
        double kept = _setup.Average.Keep(_setup.Optimizer.Steps);
        using Scalar keep = kept, take = 1 - kept;
        _average.Flat.mul_(keep).add_(_values.Parameters.Flat, take);
    }
}
