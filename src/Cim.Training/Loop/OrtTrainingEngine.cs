using Cim.Training.Engine;
using Cim.Training.Ort;

namespace Cim.Training.Loop;

/// <summary>Trainings on ONNX Runtime, on the processors of the machine.</summary>
internal sealed class OrtTrainingEngine : TrainingEngine
{
    public override string Description => "ONNX Runtime on the CPU";

    public override IGradientEngine CreateGradients(GradientRequest request) => new OrtGradientEngine(request);

    internal override ITrainingSteps CreateSteps(TrainingSetup setup) => new OrtTrainingSteps(setup);
}
