using Cim.Training.Bench;

// dotnet run -c Release --project bench/Cim.Training.Bench -- COMMAND [options]; see each command's summary.
string command = args.Length > 0 ? args[0] : "";
var arguments = new Arguments(args);
switch (command)
{
    case "speed":
        TrainingSpeed.Run(arguments);
        return 0;
    case "qat":
        await QuantizationAware.RunAsync(arguments);
        return 0;
    case "ptq":
        PostTrainingQuantization.Run(arguments);
        return 0;
    case "prune":
        await ProgressivePruning.RunAsync(arguments);
        return 0;
    default:
        Console.Error.WriteLine("usage: speed [--threads T] [--batch B] | qat [--weight-bits W] [--activation-bits A] [--epochs E] "
            + "[--rate R] | ptq [--weight-bits W] [--activation-bits A] | prune [--granularity G] [--target F]");
        return 2;
}
