using Cim.Runtime.Operators;
using Cim.Runtime.Operators.Catalog;
using Cim.Runtime.Program;

namespace Cim.Runtime.Format;

/// <summary>Checks that a program read from a file is one: indices in range, values defined once and before use, known operators.</summary>
internal static class ProgramVerifier
{
    /// <exception cref="CimException">CIM4001: it is not.</exception>
    public static void Verify(ModelProgram program)
    {
        int count = program.Values.Length;
        bool[] defined = new bool[count];
        for (int i = 0; i < count; i++)
        {
            ProgramValue value = program.Values[i];
            foreach (int d in value.Shape.Dims)
                if (Math.Abs((long)d) > Operator.MaxTensorBytes) throw CimFile.Corrupt($"value '{value.Name}' has shape {value.Shape}");
            if (Bytes(value) > Operator.MaxTensorBytes) throw CimFile.Corrupt($"value '{value.Name}' has shape {value.Shape}");
            defined[i] = value.Constant is not null;
        }

        foreach (int input in program.Inputs) Define(input, "input");
        foreach (ProgramStep step in program.Steps)
        {
            if (step.Op != ProgramStep.CrossbarOp && !OperatorCatalog.IsSupported(step.Op))
                throw CimFile.Corrupt($"step '{step.Name}' has the unknown operator '{step.Op}'");
            foreach (int input in step.Inputs)
                if (input != -1 && ((uint)input >= (uint)count || !defined[input]))
                    throw CimFile.Corrupt($"step '{step.Name}' reads a value before it is computed");
            foreach (int output in step.Outputs)
                if (output != -1) Define(output, $"step '{step.Name}'");
        }

        if (program.Outputs.IsEmpty) throw CimFile.Corrupt("it has no outputs");
        foreach (int output in program.Outputs)
            if ((uint)output >= (uint)count || !defined[output]) throw CimFile.Corrupt("an output is never computed");

        void Define(int value, string where)
        {
            if ((uint)value >= (uint)count || defined[value])
                throw CimFile.Corrupt($"{where} defines a value that does not exist or has one already");
            defined[value] = true;
        }
    }

    private static double Bytes(ProgramValue value)
    {
        double bytes = value.Type.SizeOf();
        foreach (int d in value.Shape.Dims) bytes *= Math.Abs((double)d);
        return bytes;
    }
}
