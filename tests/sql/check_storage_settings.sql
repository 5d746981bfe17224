-- args: check {file}
SET disk_limit = '10 apples';
SET disk_limit = '';
SET disk_limit = '0GB';
SET disk_limit = 5;
SET checkpoint_threshold = 'GB';
SET checkpoint_threshold = '-1MB';
SET commit_interval_ms = -1;
SET commit_interval_ms = 60001;
SET commit_interval_ms = 'often';
SET disk_limits = '10GB';
