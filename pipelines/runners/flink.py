"""`runner=flink`: Apache Flink, through Beam's job server for it, which is a jar (`make flink-jar`)."""

from pipelines.runners.java import JavaEngineConfig


class FlinkConfig(JavaEngineConfig):
    """`master`: host:port of a cluster's REST interface, or [local] for one in the job server."""

    def engine_options(self) -> dict[str, str]:
        return {
            "runner": "FlinkRunner",
            "flink_master": self.master,
            "flink_job_server_jar": self.jar,
        }
