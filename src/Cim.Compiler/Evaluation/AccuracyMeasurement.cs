using Cim.Compiler.Data;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Model;

namespace Cim.Compiler.Evaluation;

/// <summary>Evaluates a compiled model on labelled data, at its fidelity and at those below.</summary>
/// <param name="Data">The labelled data.</param>
/// <param name="Float">The float network on it.</param>
/// <param name="Limit">At most so many samples; 0 = all.</param>
/// <param name="Seed">Of the errors of devices.</param>
internal sealed record AccuracyMeasurement(DataSet Data, Accuracy Float, int Limit, ulong Seed)
{
    /// <summary>Measures.</summary>
    /// <param name="compiled">The model.</param>
    /// <param name="hardware">Its hardware.</param>
    /// <param name="fidelity">The fidelity it is used at.</param>
    /// <param name="cancellation">Checked between samples.</param>
    public MeasuredAccuracy Of(CompiledModel compiled, HardwareProfile hardware, Fidelity fidelity, CancellationToken cancellation)
    {
        bool isLossy = ConverterLoss.IsLossy(compiled.Program, hardware);
        Accuracy exact = Evaluate(Fidelity.Exact, Limit);
        int samples = ConverterLoss.Samples(compiled.Program, hardware, Float.Samples);
        bool isPart = samples < Float.Samples && (isLossy || fidelity > Fidelity.Adc);
        Accuracy exactOnFirst = isPart ? Evaluate(Fidelity.Exact, samples) : exact;
        Accuracy adc = isLossy ? Evaluate(Fidelity.Adc, samples) : exactOnFirst;
        Accuracy result = fidelity switch
        {
            Fidelity.Exact => exact,
            Fidelity.Adc => adc,
            _ => Evaluate(fidelity, samples),
        };
        return new MeasuredAccuracy(fidelity, Float, exact, exactOnFirst, adc, result);

        Accuracy Evaluate(Fidelity at, int samples)
        {
            using var model = new CimModel(compiled);
            return new CompiledEvaluator(model).Evaluate(Data, new RunOptions { Fidelity = at, Seed = Seed }, samples, null, cancellation);
        }
    }
}
