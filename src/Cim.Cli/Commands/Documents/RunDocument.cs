using Cim.Cli.Invocation;

namespace Cim.Cli.Commands.Documents;

/// <summary>What <c>cim run --json</c> prints.</summary>
internal sealed class RunDocument(int samples, string output, int[] shape) : JsonResult
{
    public int Samples => samples;
    public string Output => output;
    public IEnumerable<int> Shape => shape;
}

/// <summary>What <c>cim mvm --json</c> prints.</summary>
internal sealed class MvmDocument(double[][] outputs) : JsonResult
{
    public IEnumerable<double[]> Outputs => outputs;
}
