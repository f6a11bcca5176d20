using Cim.Runtime.Format;
using Cim.Runtime.Model;

namespace Cim.Runtime.Tests.Fuzzing;

/// <summary>
/// Damaged .cim files under correct checksums are refused with CIM4001, or they are models that run; see <see cref="FuzzCases"/>.
/// </summary>
public sealed class CimFuzzTests(ITestOutputHelper output)
{
    private const long MostBytes = 2L << 30;
    private const int MostValues = 1 << 22;

    [Fact]
    public void The_models_that_are_damaged_are_valid()
    {
        foreach (CompiledModel compiled in FuzzPrograms.All)
        {
            using CimModel model = CimModel.Load(ModelWriter.ToBytes(compiled));
            foreach (Fidelity fidelity in Enum.GetValues<Fidelity>()) Assert.True(Run(model, fidelity, 2));
        }
    }

    [Fact]
    public void A_damaged_file_is_refused_or_runs()
    {
        int loaded = 0;
        int cases = FuzzCases.Run("cim", 5000, number => Check(number, ref loaded));
        output.WriteLine($"{cases} cases, {loaded} of them loaded");
        Assert.True(loaded > cases / 20, $"only {loaded} of {cases} cases were loaded");
    }

    private static (FuzzCases.Fault, string)? Check(int number, ref int loaded)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        string step = "load";
        try
        {
            byte[] file = DamagedFile.Of(number);
            CimModel model;
            try
            {
                model = number % 2 == 0 ? CimModel.Load(file) : CimModel.Load(new MemoryStream(file));
            }
            catch (CimException e)
            {
                return e.Code == ErrorCodes.InvalidCompiledModel ? null : (FuzzCases.Fault.Wrong, $"case {number} is refused with {e}");
            }

            Interlocked.Increment(ref loaded);
            using (model)
            {
                foreach (Fidelity fidelity in Enum.GetValues<Fidelity>())
                {
                    step = fidelity.ToString();
                    if (!Run(model, fidelity, 2)) break;
                }
            }
        }
        catch (CimException e) when (
            e.Code is ErrorCodes.InvalidInputValue or ErrorCodes.RunTooLarge or ErrorCodes.InexactOutput or ErrorCodes.InvalidCompiledModel)
        {
            return null;
        }
        catch (Exception e)
        {
            return (FuzzCases.Fault.Crash, $"case {number}, {step}: {e}");
        }

        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        return bytes > MostBytes ? (FuzzCases.Fault.Large, $"case {number} takes {bytes} bytes") : null;
    }

    // False: the caller's own memory would be large.
    private static bool Run(CimModel model, Fidelity fidelity, int count)
    {
        int[] inputs = [.. Enumerable.Range(0, model.Info.Inputs.Length).Select(i => model.InputLength(i, count))];
        int[] outputs = [.. Enumerable.Range(0, model.Info.Outputs.Length).Select(i => model.OutputLength(i, count))];
        if (inputs.Concat(outputs).Sum(l => (long)l) > MostValues) return false;
        model.Run([.. inputs.Select(l => (ReadOnlyMemory<float>)Values(l))], [.. outputs.Select(l => new float[l].AsMemory())], count,
            new RunOptions { Fidelity = fidelity, Seed = 1, MaxThreads = 1 });
        return true;
    }

    private static float[] Values(int length)
    {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) values[i] = i % 4;
        return values;
    }
}
