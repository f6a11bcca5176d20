using Cim.Training.Tests.Differentiation;

namespace Cim.Training.Tests.Operators.Arithmetic;

/// <summary>Gradients of one operator against central differences, over the shapes and values that matter to all of them.</summary>
internal static class ArithmeticCheck
{
    /// <summary>Two operands of equal shape, and all ways in which one of them or both are broadcast.</summary>
    public static void AgreesOverBroadcastAxes(string operatorType)
    {
        (long[] A, long[] B)[] shapes = [
            ([3, 4], [3, 4]), ([2, 3, 4], [4]), ([4], [2, 3, 4]), ([2, 1, 4], [1, 3, 1]), ([2, 3], []), ([], [2, 3])];
        foreach ((long[] a, long[] b) in shapes)
        {
            var check = new GradientCheck(1, doublePrecision: true);
            string left = check.Variable(a);
            string right = check.Variable(b, 0.5, 2);
            check.Agrees(check.Builder.Op(operatorType, left, right));
        }
    }

    /// <summary>A smooth function of one operand with values in [low, high).</summary>
    public static void AgreesOn(string operatorType, double low, double high)
    {
        var check = new GradientCheck(3, doublePrecision: true);
        check.Agrees(check.Builder.Op(operatorType, check.Variable([3, 7], low, high)));
    }

    /// <summary>A function with a kink at zero.</summary>
    public static void AgreesAwayFromZero(string operatorType)
    {
        var check = new GradientCheck(4, doublePrecision: true);
        string x = check.Variable([4, 6], -2, 2);
        check.KeepAwayFrom(0.3, 0);
        check.Agrees(check.Builder.Op(operatorType, x));
    }
}
