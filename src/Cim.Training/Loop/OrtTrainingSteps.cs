using System.Runtime.CompilerServices;
using Cim.Training.ColumnSharing;
using Cim.Training.Data;
using Cim.Training.Engine;
using Cim.Training.Optimization;
using Cim.Training.Ort;

namespace Cim.Training.Loop;

/// <summary>Steps whose gradients ONNX Runtime computes; batches and updates are made on the host.</summary>
internal sealed class OrtTrainingSteps : ITrainingSteps
{
    private readonly TrainingSetup _setup;
    private readonly OrtGradientEngine _engine;
    private readonly Predictor _evaluation;
    private readonly Predictor? _teacher;
    private readonly BatchSource _source;
    private readonly LearningRateSchedule _schedule;

    public OrtTrainingSteps(TrainingSetup setup)
    {
        _setup = setup;
        int batchSize = setup.Options.BatchSize;
        _engine = new OrtGradientEngine(new GradientRequest(setup.Statistics?.Network ?? setup.Network, setup.Objective, batchSize)
        {
            Outputs = setup.Statistics?.Outputs ?? [],
        });
        _evaluation = new Predictor(setup.Network);
        _teacher = setup.Teacher is null ? null : new Predictor(setup.Teacher, batchSize);
        Classes = _engine.Output(setup.Network.LogitsName).Length / batchSize;
        _source = new BatchSource(setup.Samples, Classes, setup.Network.InputName, setup.Batches, _teacher);
        _schedule = setup.Schedule(Batches);
    }

    public int Classes { get; }

    public int Batches => _source.Batches;

    public async IAsyncEnumerable<float> Epoch(int epoch, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Optimizer optimizer = _setup.Optimizer;
        await foreach (Dictionary<string, float[]> batch in _source.Epoch(epoch, cancellation))
        {
            _setup.BeforeBatch?.Invoke(optimizer.Steps);
            float loss = _engine.Run(batch);
            if (float.IsFinite(loss))
                Update(optimizer);
            yield return loss;
        }
    }

    public int CountCorrect(SampleSet samples, CancellationToken cancellation) => _evaluation.CountCorrect(samples, cancellation);

    public void Dispose()
    {
        _engine.Dispose();
        _evaluation.Dispose();
        _teacher?.Dispose();
    }

    private void Update(Optimizer optimizer)
    {
        optimizer.Step(_engine.Gradients, _schedule.At(optimizer.Steps));
        foreach (SharedColumnWeights shared in _setup.SharedColumns)
            shared.Update();
        _setup.Statistics?.Update(_engine);
        if (_setup.Options.AverageDecay > 0)
            _setup.Average.Update(optimizer.Steps);
    }
}
